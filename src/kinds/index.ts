import type { Kinds } from '../engine/kind.ts';
import { caddyKind } from '../proxy/caddy/kind.ts';
import { appApiKind } from './app-api.ts';
import { appCommandsKind } from './app-commands.ts';
import { appSettingKind } from './app-setting.ts';
import { applicationKind } from './application.ts';
import { bindingKind, userBindingKind } from './binding.ts';
import { bootstrapKind } from './bootstrap.ts';
import { brandImageKind, brandKind, brandLookKind, brandTitleKind } from './brand.ts';
import { composeServiceKind } from './compose-service.ts';
import { containerKind } from './container.ts';
import { datasetKind } from './dataset.ts';
import { directoryKind } from './directory.ts';
import { emergencyKind } from './emergency.ts';
import { fileKind } from './file.ts';
import { flowKind } from './flow.ts';
import { flowBindingKind } from './flow-binding.ts';
import { promptKind, stageKind, stageSettingsKind } from './flow-stage.ts';
import { groupKind } from './group.ts';
import { iconKind, mediaKind, tileIconKind } from './icon.ts';
import { imageKind } from './image.ts';
import { appPasswordKind, directorySearchKind, ldapOutpostKind, ldapProviderKind, serviceAccountKind } from './ldap.ts';
import { networkKind } from './network.ts';
import { oauth2ProviderKind } from './oauth2-provider.ts';
import { outpostKind } from './outpost.ts';
import { policyKind, reputationKind } from './policy.ts';
import { policyBindingKind } from './policy-binding.ts';
import { providerKind } from './provider.ts';
import { roleKind } from './role.ts';
import { scopeMappingKind } from './scope-mapping.ts';
import { secretsKind } from './secrets.ts';
import { serviceKind } from './service.ts';
import { settingsKind } from './settings.ts';
import { tokenKind } from './token.ts';
import { userKind } from './user.ts';

/**
 * How to look at, judge and fix everything that homeauth can keep; what refers to others stands after them, and goes
 * before them.
 */
export const kinds: Kinds = {
  dataset: datasetKind,
  directory: directoryKind,
  secrets: secretsKind,
  file: fileKind,
  icon: iconKind,
  network: networkKind,
  image: imageKind,
  container: containerKind,
  role: roleKind,
  service: serviceKind,
  token: tokenKind,
  bootstrap: bootstrapKind,
  group: groupKind,
  user: userKind,
  emergency: emergencyKind,
  provider: providerKind,
  'scope-mapping': scopeMappingKind,
  'oauth2-provider': oauth2ProviderKind,
  media: mediaKind,
  application: applicationKind,
  'tile-icon': tileIconKind,
  binding: bindingKind,
  outpost: outpostKind,
  settings: settingsKind,
  flow: flowKind,
  prompt: promptKind,
  policy: policyKind,
  reputation: reputationKind,
  stage: stageKind,
  'stage-settings': stageSettingsKind,
  brand: brandKind,
  'brand-title': brandTitleKind,
  'brand-look': brandLookKind,
  'brand-image': brandImageKind,
  'flow-binding': flowBindingKind,
  'policy-binding': policyBindingKind,
  'service-account': serviceAccountKind,
  'app-password': appPasswordKind,
  'user-binding': userBindingKind,
  'ldap-provider': ldapProviderKind,
  'directory-search': directorySearchKind,
  'ldap-outpost': ldapOutpostKind,
  caddy: caddyKind,
  'compose-service': composeServiceKind,
  'app-setting': appSettingKind,
  'app-api': appApiKind,
  'app-commands': appCommandsKind,
};
