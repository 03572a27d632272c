import { Session } from "node:inspector";
import { type Inspector, Question } from "./inspector.js";

/** @returns an inspector of a thread of this process, for which nothing listens on any port; `undefined` if there is no such thread. */
export async function inspectThread(threadId: number): Promise<Inspector | undefined> {
  const session = new Session();
  session.connect();
  let sessionId: string | undefined;
  session.on("NodeWorker.attachedToWorker", ({ params }) => {
    // `[worker 3] thread-0`; the inspector's own number of a worker counts the sessions.
    if (params.workerInfo.title.startsWith(`[worker ${threadId}]`)) sessionId = params.sessionId;
  });
  await new Promise<void>((resolve, reject) =>
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => (error ? reject(error) : resolve())),
  );
  if (sessionId === undefined) {
    session.disconnect();
    return undefined;
  }
  const id = sessionId;
  return {
    evaluate(expression) {
      const question = new Question(1, expression);
      session.on("NodeWorker.receivedMessageFromWorker", ({ params }) => params.sessionId === id && question.take(params.message));
      session.post("NodeWorker.sendMessageToWorker", { sessionId: id, message: question.text });
      return question.answer;
    },
    close: () => session.disconnect(),
  };
}
