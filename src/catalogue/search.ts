import { imagePath } from '../model/image-name.ts';
import type { KnownApp } from './schema.ts';

/** The apps whose name, title, category or image has every word of a text in it; all of them for an empty one. */
export function search(apps: readonly KnownApp[], text: string): readonly KnownApp[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return apps.filter((app) => {
    const said = [app.name, app.title, app.category, ...imagesOf(app)].join('\n').toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

/** The app that comes as this image, wherever it was fetched from and whatever its tag is. */
export function ofImage(apps: readonly KnownApp[], reference: string): KnownApp | undefined {
  const path = official(imagePath(reference));
  return apps.find((app) => imagesOf(app).some((image) => official(imagePath(image)) === path));
}

const imagesOf = ({ image, 'more-images': more }: KnownApp): readonly string[] => [...(image ? [image] : []), ...more];

/** Docker's own images go by `library/NAME`, too. */
const official = (path: string): string => path.replace(/^library\//, '');
