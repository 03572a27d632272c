// %% [markdown]
// # Notebook
// Cells of TypeScript, and executors at hand.

// %%
import { ThreadPoolExecutor } from "concurrent-futures";

const pool = new ThreadPoolExecutor();

// %%
const square = (n: number) => n * n;

[1, 2, 3].map((n) => pool.submit(square, n));
