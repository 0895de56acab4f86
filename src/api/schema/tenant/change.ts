import type { Tenant as TenantRow } from '../../../connections/prisma/client.ts';
import { RequestError } from '../../../errors.ts';
import { decodeId } from '../../../ids.ts';
import { createTenant, updateTenant } from '../../../tenants/tenants.ts';
import { scope } from '../../admission/declarations.ts';
import { parseNewTenant, parseTenantChange } from '../../inputs/tenants.ts';
import { builder } from '../builder.ts';
import { Tenant, TenantLimitsInput } from './tenant.ts';

const CreateTenantInput = builder.inputType('CreateTenantInput', {
  description: 'A new tenant.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The name, 1 to 500 characters.' }),
    limits: t.field({ type: TenantLimitsInput, description: 'Limits other than the defaults.' }),
  }),
});

const UpdateTenantInput = builder.inputType('UpdateTenantInput', {
  description: 'The changes of a tenant. Fields that are left out stay as they are.',
  fields: (t) => ({
    name: t.string({ description: 'The name, 1 to 500 characters.' }),
    limits: t.field({ type: TenantLimitsInput, description: 'The limits to change.' }),
  }),
});

interface Changed {
  tenant: TenantRow;
}

const CreateTenantPayload = builder.objectRef<Changed>('CreateTenantPayload').implement({
  description: 'The result of createTenant.',
  fields: (t) => ({ tenant: t.expose('tenant', { type: Tenant, description: 'The new tenant.' }) }),
});

const UpdateTenantPayload = builder.objectRef<Changed>('UpdateTenantPayload').implement({
  description: 'The result of updateTenant.',
  fields: (t) => ({ tenant: t.expose('tenant', { type: Tenant, description: 'The changed tenant.' }) }),
});

builder.mutationFields((t) => ({
  createTenant: t.field({
    type: CreateTenantPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description: 'Creates a tenant. Create keys for it with `createApiKey`. Needs the scope OPERATOR.',
    args: { input: t.arg({ type: CreateTenantInput, required: true, description: 'The new tenant.' }) },
    resolve: async (_, { input }, { system }) => ({ tenant: await createTenant(system, parseNewTenant(input)) }),
  }),
  updateTenant: t.field({
    type: UpdateTenantPayload,
    nullable: true,
    extensions: scope('OPERATOR'),
    description: 'Changes the name or limits of a tenant. They apply at once. Needs the scope OPERATOR.',
    args: {
      id: t.arg.id({ required: true, description: 'The id of the tenant.' }),
      input: t.arg({ type: UpdateTenantInput, required: true, description: 'The changes.' }),
    },
    async resolve(_, { id, input }, { system, announceKeyChange }) {
      const uuid = decodeId('tenant', id);
      const change = parseTenantChange(input);
      const tenant = uuid === null ? null : await updateTenant(system, uuid, change);
      if (tenant === null) throw new RequestError('NOT_FOUND');
      await announceKeyChange();
      return { tenant };
    },
  }),
}));
