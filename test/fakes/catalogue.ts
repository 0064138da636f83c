import { openCatalogue } from '../../src/catalogue/catalogue.ts';
import { packagedCatalogue } from '../../src/world/catalogue.ts';

/** The apps that homeauth knows, each file read once for all tests of a file. */
export const catalogue = openCatalogue(packagedCatalogue);
