// The colours that the reader's system asks for, before anything is painted.
(() => {
  "use strict";

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const paint = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
  dark.addEventListener("change", paint);
  paint();
})();
