import type { App } from './config.ts';

/** Caddy asks authentik about each visitor of it. */
export const isGuarded = ({ login }: Pick<App, 'login'>): boolean => login === undefined || login === 'header';

/** It believes whoever says in a header who is logged in. */
export const believesHeader = ({ login }: Pick<App, 'login'>): boolean => login === 'header';

/** It asks authentik by LDAP. */
export const asksByLdap = ({ login }: Pick<App, 'login'>): boolean => login === 'ldap';

/** authentik has no part in it. */
export const isLeftAlone = ({ login }: Pick<App, 'login'>): boolean => login === 'none';
