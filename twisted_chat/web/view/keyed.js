// A keyed list of elements: one element per item, updated in place.
//
// An element is made once per key and then only patched, so that focus, selection, hover
// and scroll position survive a change of its item.

// Makes `node` equal to `fresh`, and touches only what differs.  Children are matched by
// position.  Event listeners are not copied: listen on the list, not on the elements in it.
export function patch(node, fresh) {
  for (const { name } of [...node.attributes]) {
    if (!fresh.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of [...fresh.attributes]) {
    if (node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  const [old, wanted] = [[...node.childNodes], [...fresh.childNodes]];
  for (const extra of old.slice(wanted.length)) extra.remove();
  wanted.forEach((child, index) => {
    const current = old[index];
    if (!current) node.append(child);
    else if (current.nodeName !== child.nodeName) current.replaceWith(child);
    else if (child.nodeType === child.TEXT_NODE) {
      if (current.nodeValue !== child.nodeValue) current.nodeValue = child.nodeValue;
    } else patch(current, child);
  });
}

// Makes `nodes` the children of `parent`, and moves only those that are out of place.
function arrange(parent, nodes) {
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

export class KeyedList {
  // `keyOf(item)` identifies an item, `make(item)` returns a new element for it, and
  // `lookOf(item)` is a string that differs when that element would.
  constructor(parent, { keyOf, lookOf, make }) {
    Object.assign(this, { parent, keyOf, lookOf, make });
    this.shown = new Map(); // key -> {look, node}
    this.items = new WeakMap(); // node -> item
  }

  show(items) {
    const shown = new Map();
    for (const item of items) {
      const key = this.keyOf(item);
      const look = this.lookOf(item);
      const old = this.shown.get(key);
      let node = old?.node ?? this.make(item);
      if (old && old.look !== look) node = this.update(node, item);
      shown.set(key, { look, node });
      this.items.set(node, item);
    }
    this.shown = shown;
    arrange(this.parent, [...shown.values()].map(({ node }) => node));
  }

  update(node, item) {
    const fresh = this.make(item);
    if (fresh.nodeName !== node.nodeName) return fresh;
    patch(node, fresh);
    return node;
  }

  nodeOf(key) {
    return this.shown.get(key)?.node;
  }

  // The item whose element contains `target`, as of the last `show`.
  itemOf(target) {
    for (let node = target; node && node !== this.parent; node = node.parentNode) {
      if (this.items.has(node)) return this.items.get(node);
    }
    return undefined;
  }

  clear() {
    this.show([]);
  }

  // Calls `handlers[name](item, element)` when an element with `data-action="name"` is clicked.
  onAction(handlers) {
    this.parent.addEventListener("click", ({ target }) => {
      const element = target.closest("[data-action]");
      const item = this.itemOf(target);
      if (element && item !== undefined) handlers[element.dataset.action](item, element);
    });
  }
}
