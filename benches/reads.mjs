// Reads beside what workerd itself can do with the same bytes.
import { say } from "../scripts/lib/say.mjs";
import { headersOf, startControl } from "./control.mjs";
import { hammer, median, sample } from "./load.mjs";

/**
 * What the control's answer has in its head: `alike` all that ours has, `plain` the content type
 * alone. A catalog read has six headers, and each costs some 2 % on either side.
 */
const CONTROLS = {
  alike: (headers) => headers,
  plain: (headers) => headers.filter(([name]) => name.toLowerCase() === "content-type"),
};

/** One path against both controls, A B C A B C ...: a row for each, with the middle of the rounds' ratios. */
export async function compare(name, url, bars, { connections, rounds, milliseconds }) {
  const { head, body } = await sample(url);
  const controls = [];
  const seen = [];
  try {
    for (const [control, choose] of Object.entries(CONTROLS)) {
      controls.push({ control, ...(await startControl(body, choose(headersOf(head)))) });
    }
    const urls = [url, ...controls.map((control) => control.url)];
    for (const warm of urls) await hammer(warm, { connections, milliseconds: milliseconds / 3 });
    for (let round = 0; round < rounds; round += 1) {
      const rates = [];
      for (const each of urls) rates.push((await hammer(each, { connections, milliseconds })).perSecond);
      seen.push(rates);
    }
  } finally {
    for (const { stop } of controls) await stop();
  }
  return controls.map(({ control }, index) => {
    const ratios = seen.map(([ours, ...theirs]) => ours / theirs[index]);
    const row = {
      name,
      control,
      bytes: body.length,
      perSecond: median(seen.map(([ours]) => ours)),
      controlPerSecond: median(seen.map(([, ...theirs]) => theirs[index])),
      ratio: median(ratios),
      bar: bars[control],
      met: median(ratios) >= bars[control],
      ratios,
    };
    const spread = ratios.map((ratio) => ratio.toFixed(2)).join(" ");
    say(`  ${name}, control ${control}: ${Math.round(row.perSecond)} of ${Math.round(row.controlPerSecond)} requests/s, ratio ${row.ratio.toFixed(2)} (${spread})`);
    return row;
  });
}
