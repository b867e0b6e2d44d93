// Making elements.  What people wrote only ever becomes text: nothing here, or in any
// other file of the page, reads it as markup.

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

// el("p", {class: "x", title: "y"}, "text", node)
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children);
  return node;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

// Makes the children of `parent` these nodes, and touches only what differs: what has the
// focus, or is half read out, stays.
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let next = parent.firstElementChild;
  for (const node of nodes) {
    if (node === next) next = next.nextElementSibling;
    else parent.insertBefore(node, next);
  }
}

// A list of elements for a list of things, each made once and again only when its `look`
// changes.  `make(thing)` makes the element, `keyOf` and `lookOf` say when it is the same.
export class Keyed {
  constructor(parent, { keyOf, lookOf, make }) {
    Object.assign(this, { parent, keyOf, lookOf, make });
    this.made = new Map();
  }

  show(things) {
    const made = new Map();
    for (const thing of things) {
      const key = this.keyOf(thing);
      const look = this.lookOf(thing);
      const old = this.made.get(key);
      made.set(key, old?.look === look ? old : { look, node: this.remake(old, thing) });
    }
    this.made = made;
    arrange(this.parent, [...made.values()].map(({ node }) => node));
  }

  remake(old, thing) {
    const node = this.make(thing);
    if (!old?.node.contains(document.activeElement)) return node;
    // Who stands on an entry of a list keeps standing on it when it changes.
    old.node.replaceWith(node);
    node.querySelector("button, a")?.focus();
    return node;
  }
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
