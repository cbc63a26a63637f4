// Questions to the server, answered line by line as the runs come in.

export class Refused extends Error {
  constructor(problems, strangers = 0) {
    super(problems.join("; "));
    this.problems = problems;
    this.strangers = strangers; // ties of an import that name nobody we know
  }
}

async function checked(response) {
  if (response.ok) return response;
  let problems = [`the desk answered ${response.status}`], strangers = 0;
  try {
    ({ problems = problems, strangers = 0 } = await response.json());
  } catch { /* not JSON: the number has to do */ }
  throw new Refused(problems, strangers);
}

// Two tabs do not give up each other's questions.
const tab = Math.random().toString(36).slice(2, 12);
const asJson = (body, signal) => ({
  method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ tab, ...body }), signal,
});

export const get = async (path) => (await checked(await fetch(path))).json();
export const post = async (path, body, signal) => (await checked(await fetch(path, asJson(body, signal)))).json();
export const postText = async (path, body) => (await checked(await fetch(path, asJson(body)))).text();

export const postFile = async (path, body) => (await checked(await fetch(path, asJson(body)))).blob();

/** Each message of an answer to `hear`, as soon as it is there. */
export async function stream(path, body, hear, signal) {
  const response = await checked(await fetch(path, asJson(body, signal)));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.kind === "problem") throw new Refused(message.problems);
      hear(message);
    }
  }
}
