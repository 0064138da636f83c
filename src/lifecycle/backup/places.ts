/** Below the installation's directory: a restore that is under way, and what it put aside. */
export const restoringFile = 'restoring.json';
export const keptFolder = 'before-restore-';
