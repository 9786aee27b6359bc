/** A shopkeeper's hand: each click, each text typed and each choice is a step. */
export class Hand {
  steps = 0;
  #page;
  #isFinger;

  constructor(page, isFinger) {
    this.#page = page;
    this.#isFinger = isFinger;
  }

  async click(target) {
    this.steps += 1;
    await (this.#isFinger ? target.tap() : target.click());
  }

  button(name) {
    return this.click(this.#page.getByRole("button", { name, exact: true }).first());
  }

  link(name) {
    return this.click(this.#page.getByRole("link", { name, exact: typeof name === "string" }).first());
  }

  /** Opens what stands folded, such as what can be done to an order, and gives what is in it. */
  async unfold(title) {
    const summary = this.#page.locator("summary").getByText(title, { exact: true });
    await this.click(summary);
    return this.#page.locator("details").filter({ has: summary });
  }

  async type(target, text) {
    this.steps += 1;
    await target.fill(text);
  }

  async choose(target, label) {
    this.steps += 1;
    await target.selectOption({ label });
  }

  /** Cells as a spreadsheet copies them. */
  async paste(target, rows) {
    this.steps += 1;
    await target.focus();
    await this.#page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, rows);
  }
}
