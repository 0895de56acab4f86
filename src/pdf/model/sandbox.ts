/**
 * What separates extractor processes from the rest of the machine, strongest first. docs/security.md states what holds
 * at each level.
 *
 * - NAMESPACES: no network, no other processes, and only the files that an extraction needs.
 * - USER: a user of their own without privileges, so that file permissions keep the worker's files from them.
 * - PROCESS: nothing but a clean environment and the permission model of Node.js.
 * - OFF: nothing but a clean environment, as configured.
 */
export const sandboxLevels = ['NAMESPACES', 'USER', 'PROCESS', 'OFF'] as const;

export type SandboxLevel = (typeof sandboxLevels)[number];
