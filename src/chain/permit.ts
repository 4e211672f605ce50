import type { Address, Hex } from '../domain/ids.ts';
import type { Caller } from './Caller.ts';

const PERMIT = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const;

/** No deadline: a permit is used at once, and a manual clock may stand far from the time of the day. */
const NEVER = 2n ** 256n - 1n;

/** An ERC-2612 permit of the caller's account over AICC. */
export async function signPermit(
  caller: Caller,
  spender: Address,
  value: bigint,
): Promise<{ deadline: bigint; v: number; r: Hex; s: Hex }> {
  const owner = caller.address;
  const [name, nonce] = await Promise.all([
    caller.read('aicc', 'name', []),
    caller.read('aicc', 'nonces', [owner]),
  ]);
  const signature = await caller.account.signTypedData({
    domain: {
      name,
      version: '1',
      chainId: caller.deployment.chainId,
      verifyingContract: caller.addressOf('aicc'),
    },
    types: PERMIT,
    primaryType: 'Permit',
    message: { owner, spender, value, nonce, deadline: NEVER },
  });
  const [r, s, v] = [signature.slice(2, 66), signature.slice(66, 130), signature.slice(130)];
  return { deadline: NEVER, v: Number.parseInt(v, 16), r: `0x${r}`, s: `0x${s}` };
}
