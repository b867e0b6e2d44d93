// A fake of the few properties and methods of the DOM that the keyed list uses.

class FakeNode {
  static TEXT_NODE = 3;
  TEXT_NODE = 3;
  parentNode = null;

  get siblings() {
    return this.parentNode.childNodes;
  }

  remove() {
    if (!this.parentNode) return;
    this.siblings.splice(this.siblings.indexOf(this), 1);
    this.parentNode = null;
  }

  replaceWith(node) {
    this.parentNode.insertBefore(node, this);
    this.remove();
  }
}

class FakeText extends FakeNode {
  nodeType = 3;
  nodeName = "#text";

  constructor(text) {
    super();
    this.nodeValue = text;
  }

  get textContent() {
    return this.nodeValue;
  }
}

export class FakeElement extends FakeNode {
  nodeType = 1;
  childNodes = [];
  listeners = [];
  moves = 0; // how often a child was inserted
  #attributes = new Map();

  constructor(tag) {
    super();
    this.nodeName = tag.toUpperCase();
  }

  get attributes() {
    return [...this.#attributes].map(([name, value]) => ({ name, value }));
  }

  get children() {
    return this.childNodes.filter(({ nodeType }) => nodeType === 1);
  }

  get firstElementChild() {
    return this.children[0] ?? null;
  }

  get nextElementSibling() {
    const elements = this.parentNode.children;
    return elements[elements.indexOf(this) + 1] ?? null;
  }

  get dataset() {
    return { action: this.getAttribute("data-action") ?? undefined };
  }

  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }

  hasAttribute(name) {
    return this.#attributes.has(name);
  }

  getAttribute(name) {
    return this.#attributes.get(name) ?? null;
  }

  setAttribute(name, value) {
    this.#attributes.set(name, String(value));
  }

  removeAttribute(name) {
    this.#attributes.delete(name);
  }

  append(...nodes) {
    for (const node of nodes) {
      this.insertBefore(typeof node === "string" ? new FakeText(node) : node, null);
    }
  }

  insertBefore(node, next) {
    node.remove();
    this.moves += 1;
    const index = next ? this.childNodes.indexOf(next) : this.childNodes.length;
    this.childNodes.splice(index, 0, node);
    node.parentNode = this;
  }

  // Only "[data-action]" is asked for.
  closest() {
    if (this.hasAttribute("data-action")) return this;
    return this.parentNode?.closest() ?? null;
  }

  addEventListener(type, listener) {
    this.listeners.push(listener);
  }

  click(target) {
    this.listeners.forEach((listener) => listener({ target }));
  }
}

export function fake(tag, attributes = {}, ...children) {
  const node = new FakeElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
