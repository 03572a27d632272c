/** The engine's packages, in a file of their own that is loaded when a connection is wanted: it takes 150 ms. */
export { Queue, UnrecoverableError } from "bullmq";
export { Redis } from "ioredis";
export { PromptWorker } from "./promptWorker.js";
