import type { PageContent } from './layout/page-layout.ts';
import type { PlacedLink } from './links.ts';

/** A page as an engine read it, before we make anything of it. */
export interface ReadPage extends PageContent {
  /** 1-based. */
  number: number;
  label: string | null;
  /** Clockwise: 0, 90, 180 or 270. */
  rotation: number;
  /** The size as displayed; the content's own is that of the page turned so that most of its text runs upright. */
  shown: { width: number; height: number };
  links: PlacedLink[];
}
