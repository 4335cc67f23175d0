/** The stages of finding faces, in the order they run. A photo that is searched again, turned, runs through them again. */
export const DETECT_STAGES = ['pyramid', 'pnet', 'rnet', 'onet'] as const;

/** Called when a stage is done. */
export type OnStage = (stage: (typeof DETECT_STAGES)[number]) => void;
