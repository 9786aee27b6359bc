// Calls to other systems.

/** Answers [status, text]; rejects if that takes longer. `headers`: name NUL value NUL name NUL value. */
export async function call(method, url, headers, body, deadlineMillis) {
  const parts = headers.split("\0");
  const pairs = [];
  for (let i = 0; i + 1 < parts.length; i += 2) pairs.push([parts[i], parts[i + 1]]);
  const response = await fetch(url, {
    method,
    headers: pairs,
    body: body === "" ? undefined : body,
    redirect: "manual",
    signal: AbortSignal.timeout(deadlineMillis),
  });
  return [response.status, await response.text()];
}
