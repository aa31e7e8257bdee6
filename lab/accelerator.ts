/** How QEMU runs the nodes. A state saved with one can't be loaded with another. */
export type Accelerator = { kind: "tcg" | "kvm"; arguments: string[] };

/** Emulation; `max` shows AMD's virtualisation to the node, so that KVM works inside it. */
export const emulation: Accelerator = {
  kind: "tcg",
  arguments: ["-accel", "tcg,thread=multi,tb-size=256", "-cpu", "max,la57=off"],
};

export async function chooseAccelerator(_image: { kernel: string; initrd: string } | undefined): Promise<Accelerator> {
  return emulation;
}
