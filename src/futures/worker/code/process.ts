/** What a worker that is a process starts with. */
import { codeOf } from "../../process/codeFile.js";
import { boot } from "./boot.js";

boot("process", codeOf(process.argv[2]));
