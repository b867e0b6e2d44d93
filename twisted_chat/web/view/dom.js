// Functions for making and changing elements.
//
// Text written by people only ever becomes text nodes: no file of the page reads it as markup.

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

// Changes the text only if it differs, so that a live region is not announced again.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function classes(...names) {
  return names.filter(Boolean).join(" ");
}

// Read out by screen readers, each text once, also if it is the same as the last one.
export function speak(texts) {
  byId("spoken").replaceChildren(...texts.map((text) => el("p", {}, text)));
}

// Read out by screen readers.
export function announce(text) {
  setText(byId("announcer"), text);
}
