// One failure does not stop the rest: an exception is reported, and what follows goes on.

// The result of `call`, or undefined if it failed.  A reported error reaches the console and
// the listeners of "error", as one that nobody catches does (see view/fault.js).
export function guarded(call, report = (error) => globalThis.reportError(error)) {
  try {
    return call();
  } catch (error) {
    report(error);
    return undefined;
  }
}
