// Whether a text of several lines is a program, a configuration or the like as a whole, as
// far as its form shows.  Pure.
//
// People paste programs without fences.  Their indented lines alone would be shown as many
// pieces of code with text between them.

// What few sentences begin or end with: definitions, imports, brackets, comment marks.
const STRONG = [
  /^(?:async )?(?:def|fn|func|function|fun|sub) +[\w$]+ *[(<]/u,
  /^(?:export |default |public |private |protected |static |abstract |final |pub )+[\w$]+ /u,
  /^class +\w+[\w(), .<>]*[:{]$/u,
  /^import (?:[\w.]+(?: as \w+)?(?:, *[\w.]+(?: as \w+)?)*|.* from ["'].*|["'].*["']|\();?$/u,
  /^(?:from [\w.]+ import .+|use [\w:]+.*;|package [\w.]+;?)$/u,
  /^#(?:include|define|ifdef|ifndef|!)\b/u,
  /^(?:const|let|var) +[\w$[{].*=/u,
  /^@\w+(?:\.\w+)*(?:\(.*\))?$/u,
  /[{;]$/u,
  /^[})\]]+[;,]?$/u,
];
const WEAK = [
  /[{}()[\];,:\\=]$/u,
  /^[})\]@#<"'*]/u,
  /^\/[/*]/u,
  /^--/u,
  /^[\w$.[\]"']+ *[-+*/|&%:]?=/u,
  /^[\w$.]+\(/u,
  /^(?:if|for|while|else|try|except|finally|with|return|raise|match|case|end|fi|done|do|then)\b/u,
];
const MIN_SHARE = 0.8; // of the lines that are not indented; some are text, as in a docstring
const MAX_EXAMINED = 200; // characters; a longer line counts as a sentence

const matches = (patterns, line) => patterns.some((pattern) => pattern.test(line));

// `isIndented(line)` says which lines are code anyway.
export function isProgram(lines, isIndented) {
  let indented = 0;
  const others = [];
  for (const line of lines) {
    if (isIndented(line)) indented += 1;
    else if (line.trim()) others.push(line.length > MAX_EXAMINED ? "" : line.trimEnd());
  }
  if (indented === 0 || others.length === 0) return false;
  if (!others.some((line) => matches(STRONG, line))) return false;
  const alike = others.filter((line) => matches(STRONG, line) || matches(WEAK, line));
  return alike.length >= MIN_SHARE * others.length;
}
