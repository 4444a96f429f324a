/** Roles at the metadata API (docs/wire/access.md#changing-roles). */

import { graphql } from "../../api/http";
import type { Role } from "./logic/role";
import { documentsOf, type Step } from "./logic/save";

/** All roles, by label, and which of them is the workspace's default. */
export interface Roles {
  readonly list: readonly Role[];
  readonly defaultId: string | null;
}

const QUERY = `query Roles {
  getRoles {
    id label description icon isEditable canUpdateAllSettings canAccessAllTools
    canReadAllObjectRecords canUpdateAllObjectRecords canSoftDeleteAllObjectRecords canDestroyAllObjectRecords
    canBeAssignedToUsers canBeAssignedToAgents canBeAssignedToApiKeys
    apiKeys { id name expiresAt }
    permissionFlags { flag }
    objectPermissions {
      objectMetadataId canReadObjectRecords canUpdateObjectRecords canSoftDeleteObjectRecords canDestroyObjectRecords
    }
    fieldPermissions { objectMetadataId fieldMetadataId canReadFieldValue canUpdateFieldValue }
    rowLevelPermissionPredicates {
      id objectMetadataId fieldMetadataId operand value subFieldName workspaceMemberFieldMetadataId
      workspaceMemberSubFieldName rowLevelPermissionPredicateGroupId positionInRowLevelPermissionPredicateGroup
    }
    rowLevelPermissionPredicateGroups {
      id objectMetadataId logicalOperator parentRowLevelPermissionPredicateGroupId
      positionInRowLevelPermissionPredicateGroup
    }
  }
  currentWorkspace { defaultRole { id } }
}`;

export async function readRoles(): Promise<Roles> {
  type Answer = { getRoles: Role[]; currentWorkspace: { defaultRole: { id: string } | null } };
  const { getRoles, currentWorkspace } = await graphql<Answer>("metadata", QUERY);
  return { list: getRoles, defaultId: currentWorkspace.defaultRole?.id ?? null };
}

/** Make the calls of a save, one after the other, in as few requests as the API takes them. */
export async function saveSteps(steps: readonly Step[]): Promise<void> {
  for (const { query, variables } of documentsOf(steps)) await graphql("metadata", query, variables);
}

export async function deleteRole(roleId: string): Promise<void> {
  await graphql("metadata", "mutation DeleteRole($roleId: UUID!) { deleteOneRole(roleId: $roleId) }", { roleId });
}

export async function setDefaultRole(defaultRoleId: string): Promise<void> {
  const query = "mutation SetDefaultRole($data: UpdateWorkspaceInput!) { updateWorkspace(data: $data) { id } }";
  await graphql("metadata", query, { data: { defaultRoleId } });
}
