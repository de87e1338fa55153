/** Of the lab, as package.json has it (a test compares): records of runs and reports name it. */
export const VERSION = '0.1.0';
