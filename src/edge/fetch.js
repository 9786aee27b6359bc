// Calls to other systems.

/** Text of so many bytes of a body at most; what follows is not waited for. */
async function beginning(body, most) {
  if (body === null) return "";
  const [reader, decoder] = [body.getReader(), new TextDecoder()];
  let text = "";
  for (let left = most; left > 0; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    text += decoder.decode(value.subarray(0, left), { stream: true });
    left -= value.byteLength;
  }
  await reader.cancel();
  return text;
}

/**
 * Answers [status, text]; rejects if that takes longer. `headers`: name NUL value NUL name NUL
 * value. Nobody is followed to another address.
 */
export async function call(method, url, headers, body, deadlineMillis, mostBody) {
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
  return [response.status, await beginning(response.body, mostBody)];
}
