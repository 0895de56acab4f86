import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders whose files take a minute or more, mostly waiting for timeouts, or for packages to be installed. */
const longest = ['/test/chaos/', '/test/container/', '/test/faults/'];

/** Starts the longest files first, so that none of them runs alone at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.some((folder) => moduleId.includes(folder));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
