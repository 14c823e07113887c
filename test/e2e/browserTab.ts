// BrowserTab is a page in a real Chromium that a test reads, clicks and types in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, ElementHandle, KeyInput, Page } from 'puppeteer-core';
import { launchChromium } from '../../tools/chromium.ts';
import { until } from '../../tools/until.ts';

const showsWithinMs = 10_000;
/** More steps than any view has places to stop at before its content. */
const tabsMax = 80;
/** Of the page in a failure. */
const textCharsMax = 2_000;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface Look {
  readonly width: number;
  readonly height?: number;
  readonly dark?: boolean;
}

/** A rule of axe that a page breaks, and where. */
export interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

export class BrowserTab {
  readonly page: Page;
  /** What the page wrote to the console as an error, and what it threw. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
  }

  static async open(browser: Browser, url: string, look: Look = { width: 1_280 }) {
    const tab = new BrowserTab(await browser.newPage());
    await tab.look(look);
    await tab.page.goto(url);
    return tab;
  }

  static launch = launchChromium;

  async look({ width, height = 900, dark = false }: Look): Promise<void> {
    await this.page.setViewport({ width, height });
    const value = dark ? 'dark' : 'light';
    await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
  }

  /** Goes to a view by its fragment, as a click on a link would. */
  async go(hash: string): Promise<void> {
    await this.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.page.evaluate(expression) as Promise<T>;
  }

  /** What can be read, without what is folded or hidden. */
  text(selector = 'body'): Promise<string> {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ''`);
  }

  /** Waits until a text can be read; a failure shows what can be read instead. */
  async shows(expected: string | RegExp, selector = 'body'): Promise<void> {
    const matches = (text: string): boolean =>
      typeof expected === 'string' ? text.includes(expected) : expected.test(text);
    try {
      await until(
        `${expected} is shown`,
        async () => matches(await this.text(selector)) || undefined,
        showsWithinMs,
      );
    } catch (error) {
      const said = (await this.text(selector)).slice(0, textCharsMax);
      throw new Error(`${(error as Error).message}; the page says:\n${said}`);
    }
  }

  /** The control with this name: its text, its label, or its aria-label. */
  async control(name: string): Promise<ElementHandle> {
    const found = await until(
      `there is a control "${name}"`,
      async () => {
        const handle = await this.page.evaluateHandle(controlCalled(name));
        return (handle.asElement() as ElementHandle | null) ?? undefined;
      },
      showsWithinMs,
    );
    return found;
  }

  async click(name: string): Promise<void> {
    const control = await this.control(name);
    await control.click();
  }

  /** Types into a field in place of what is there. */
  async fill(name: string, text: string): Promise<void> {
    const field = await this.control(name);
    await field.click({ count: 3 });
    if (text === '') await this.press('Backspace');
    else await field.type(text);
  }

  async press(key: KeyInput): Promise<void> {
    await this.page.keyboard.press(key);
  }

  /** Presses Tab until this control has the focus, which must be visible. */
  async tabTo(name: string): Promise<void> {
    const seen: string[] = [];
    for (let i = 0; i < tabsMax; i++) {
      await this.press('Tab');
      const at = await this.evaluate<{ name: string; outline: string }>(focused);
      if (at.name === name || at.name.startsWith(`${name} `)) {
        if (at.outline === 'none') throw new Error(`The focus on "${name}" cannot be seen.`);
        return;
      }
      seen.push(at.name.slice(0, 40));
    }
    throw new Error(`Tab never came to "${name}"; it came to ${seen.join(' | ')}`);
  }

  /** How far the page can be scrolled sideways. The width of the window has the scroll bar's. */
  sideways(): Promise<number> {
    return this.evaluate(`(() => {
      const { scrollX: before, scrollY } = window;
      scrollTo({ left: 1e5, top: scrollY, behavior: 'instant' });
      const moved = scrollX;
      scrollTo({ left: before, top: scrollY, behavior: 'instant' });
      return moved;
    })()`);
  }

  async violations(): Promise<Violation[]> {
    await this.page.evaluate(axe);
    const { violations } = await this.evaluate<{ violations: Violation[] }>('axe.run(document)');
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.slice(0, 3).map(({ html }) => ({ html })),
    }));
  }

  close(): Promise<void> {
    return this.page.close();
  }
}

const nameOf = `((element) => {
  if (!element || element === document.body) return '';
  const said = element.getAttribute('aria-label');
  if (said) return said;
  const labels = [...(element.labels ?? [])].map((label) => label.innerText);
  return (labels.length > 0 ? labels.join(' ') : element.innerText).trim().replace(/\\s+/g, ' ');
})`;

const controlCalled = (name: string): string => `(() => {
  const nameOf = ${nameOf};
  const wanted = ${JSON.stringify(name)};
  const controls = [...document.querySelectorAll('a, button, input, textarea, summary')]
    .filter((element) => element.checkVisibility());
  return controls.find((one) => nameOf(one) === wanted)
    ?? controls.find((one) => nameOf(one).startsWith(wanted));
})()`;

const focused = `(() => {
  const { activeElement } = document;
  const { outlineStyle } = getComputedStyle(activeElement);
  return { name: ${nameOf}(activeElement), outline: outlineStyle };
})()`;
