/** The expressions of authentik's own blueprints. */
export const EXPRESSIONS = {
  notYetAuthenticated: `flow_plan = request.context.get("flow_plan")
if not flow_plan:
    return True
# If the user does not have a backend attached to it, they haven't
# been authenticated yet and we need the password stage
return not hasattr(flow_plan.context.get("pending_user"), "backend")
`,
  singleSignOn: `# This policy ensures that this flow can only be used when the user
# is in a SSO Flow (meaning they come from an external IdP)
return ak_is_sso_flow
`,
  setupOpen: `# This policy ensures that the setup flow can only be
# used one time, and only from the page that starts it
return not context["setup"]
`,
  prefillAkadmin: `# This policy sets the user for the currently running flow
# by injecting "pending_user"
akadmin = ak_user_by(username="akadmin")
context["flow_plan"].context["pending_user"] = akadmin
return True
`,
  closeSetup: `# This policy closes the setup for good
context["setup"] = True
return True
`,
} as const;
