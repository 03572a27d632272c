/** What to do where a file needs a compiler that is not there. */
export const advice = 'Install a compiler with "npm install --save-dev esbuild", or run the program with a loader, such as "node --import tsx"';
