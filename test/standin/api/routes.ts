import { applicationRoutes } from './applications.ts';
import { authenticatorRoutes } from './authenticators.ts';
import { bindingRoutes } from './bindings.ts';
import { blueprintImportRoutes } from './blueprint-import.ts';
import { brandRoutes } from './brands.ts';
import { catalogueRoutes } from './catalogue.ts';
import { fileRoutes } from './files.ts';
import { flowRoutes } from './flows.ts';
import { groupRoutes } from './groups.ts';
import { invitationRoutes } from './invitations.ts';
import { ldapRoutes } from './ldap.ts';
import { meRoutes } from './me.ts';
import { oauthProviderRoutes } from './oauth-providers.ts';
import { outpostRoutes } from './outposts.ts';
import { policyRoutes } from './policies.ts';
import { promptRoutes } from './prompts.ts';
import { providerRoutes } from './providers.ts';
import { recoveryRoutes } from './recovery.ts';
import { reputationRoutes } from './reputation.ts';
import type { Route } from './router.ts';
import { scopeMappingRoutes } from './scope-mappings.ts';
import { sessionRoutes } from './sessions.ts';
import { stageBindingRoutes } from './stage-bindings.ts';
import { stageRoutes } from './stages.ts';
import { systemRoutes } from './system.ts';
import { tokenRoutes } from './tokens.ts';
import { transactionalRoutes } from './transactional.ts';
import { userRoutes } from './users.ts';

/** The first route that fits wins, so fixed addresses stand before those with a parameter. */
export const ROUTES: readonly Route[] = [
  ...meRoutes,
  ...userRoutes,
  ...recoveryRoutes,
  ...sessionRoutes,
  ...authenticatorRoutes,
  ...groupRoutes,
  ...tokenRoutes,
  ...applicationRoutes,
  ...oauthProviderRoutes,
  ...scopeMappingRoutes,
  ...providerRoutes,
  ...bindingRoutes,
  ...outpostRoutes,
  ...ldapRoutes,
  ...flowRoutes,
  ...stageBindingRoutes,
  ...invitationRoutes,
  ...promptRoutes,
  ...stageRoutes,
  ...reputationRoutes,
  ...policyRoutes,
  ...blueprintImportRoutes,
  ...catalogueRoutes,
  ...brandRoutes,
  ...fileRoutes,
  ...systemRoutes,
  ...transactionalRoutes,
];
