/**
 * From 1.29 on ONNX Runtime's builds for Linux and macOS send usage data (names and hashes of models, an id of the
 * device, ...) to Microsoft and keep that id on disk unless this is set before the first session is made. Import this
 * module wherever sessions are made.
 */
process.env.ORT_DISABLE_TELEMETRY = '1';
