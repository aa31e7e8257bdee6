import type { Accelerator } from "./accelerator.ts";

/** What every boot of an image has in common. `identity` is the file the node reads its name, address and credentials from. */
export type Boot = {
  accelerator: Accelerator;
  kernel: string;
  initrd: string;
  memoryMiB: number;
  serial: string;
  identity: string;
  /** Unix socket of the guest agent. */
  agent: string;
};

/**
 * Without predictable names the only interface is eth0; the rest saves time and changes nothing a panel could see. Most
 * of it `norandmaps`: QEMU keeps what it translated by its address in the process, and with libc at another one in each
 * process translates it anew for each (a start of /bin/true took 32 ms and takes 8).
 */
const kernelArguments =
  "console=ttyS0 quiet net.ifnames=0 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check nokaslr audit=0 init_on_alloc=0 norandmaps systemd.show_status=0";

/** QEMU's arguments for the machine itself, without its disks and network. */
export function bootArguments(boot: Boot): string[] {
  return [
    ...["-machine", "q35", ...boot.accelerator.arguments, "-smp", "1", "-m", String(boot.memoryMiB)],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", `file:${boot.serial}`],
    ...["-kernel", boot.kernel, "-initrd", boot.initrd, "-append", kernelArguments],
    ...["-fw_cfg", `name=opt/org.spindle.lab/node,file=${boot.identity}`],
    ...["-device", "virtio-serial-pci", "-chardev", `socket,id=agent,path=${boot.agent},server=on,wait=off`],
    ...["-device", "virtserialport,chardev=agent,name=org.qemu.guest_agent.0", "-device", "virtio-rng-pci"],
  ];
}
