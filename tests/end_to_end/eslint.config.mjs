// The JavaScript linter's rules.  `make lint` runs it from the top of the checkout; the
// configuration stands here because the packages that it imports are installed here.

import js from "@eslint/js";
import globals from "globals";

const MARKUP = "text written by people must never be read as markup";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": "error",
      "consistent-return": "error",
      curly: ["error", "multi-line"],
      eqeqeq: "error",
      "max-lines": ["error", { max: 350 }],
      "max-lines-per-function": ["error", { max: 60 }],
      "no-duplicate-imports": "error",
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-properties": [
        "error",
        { property: "innerHTML", message: MARKUP },
        { property: "outerHTML", message: MARKUP },
        { property: "insertAdjacentHTML", message: MARKUP },
        { object: "document", property: "write", message: MARKUP },
      ],
      "no-shadow": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["twisted_chat/web/**"],
    languageOptions: { ecmaVersion: 2022, globals: globals.browser },
  },
  {
    // Plain scripts: one may be loaded by any page, the others before any module.
    files: ["twisted_chat/web/socket.io.js", "twisted_chat/web/reload.js", "twisted_chat/web/supported.js"],
    languageOptions: { sourceType: "script" },
    // Each is one function, so that it leaves no globals behind.
    rules: { "max-lines-per-function": "off" },
  },
  {
    files: ["tests/**"],
    languageOptions: { globals: globals.node },
  },
];
