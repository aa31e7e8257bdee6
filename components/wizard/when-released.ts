let isDown = false;

if (typeof window !== "undefined") {
  const note = (down: boolean) => () => {
    isDown = down;
  };
  window.addEventListener("pointerdown", note(true), { capture: true, passive: true });
  for (const end of ["pointerup", "pointercancel"])
    window.addEventListener(end, note(false), { capture: true, passive: true });
}

/**
 * Runs it once no pointer is pressed. A sentence that appears while a button is held down would move the button away
 * from under the pointer, and the press would be lost.
 */
export function whenReleased(run: () => void): void {
  if (!isDown) {
    run();
    return;
  }
  window.addEventListener("pointerup", () => setTimeout(run, 0), { once: true });
}
