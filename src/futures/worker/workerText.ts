/** JavaScript of a worker as one script, for both kinds. The build puts the bundle of `either.ts` here; without a build there is none. */
export const workerText: string = 'throw new Error("this copy of concurrent-futures was not built")';
