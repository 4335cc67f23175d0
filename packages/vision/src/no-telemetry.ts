/**
 * Unless this is set before the first session is made, ONNX Runtime's builds for Linux and macOS from 1.29 on send usage data to Microsoft
 * (names and hashes of models, an id of the device, ...), and keep that id on disk. Import this module wherever sessions are made.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
