import type { ReplyTo } from '@attrai/contracts/reply-to';
import { type ActiveRequests, MOST_OVERDUE, type Overdue, REMEMBER_MS } from './active-requests.ts';

interface Active {
  userId: number;
  deadline: number;
  stage: 'accepted' | 'underway';
}

/** Slots in this process's memory. */
export function createInProcessActiveRequests({ maxPerUser }: { maxPerUser: number }): ActiveRequests {
  const active = new Map<string, Active>();
  const owed = new Map<string, { replyTo: ReplyTo; deadline: number }>();
  /** Until when each answered request is remembered, the oldest first. */
  const answered = new Map<string, number>();

  function forgetOld(now: number): void {
    for (const [id, until] of answered) {
      if (until > now) return;
      answered.delete(id);
    }
  }

  function takenSlots(): Active[] {
    const now = Date.now();
    return [...active.values()].filter(({ deadline }) => deadline > now);
  }

  return {
    async take(userId, requestId, deadline) {
      forgetOld(Date.now());
      if (active.has(requestId) || answered.has(requestId)) return 'already';
      if (takenSlots().filter((slot) => slot.userId === userId).length >= maxPerUser) return 'full';
      active.set(requestId, { userId, deadline, stage: 'accepted' });
      return 'taken';
    },
    async setUnderway(requestId) {
      const request = active.get(requestId);
      if (request) request.stage = 'underway';
    },
    async oweAnswer(requestId, replyTo, deadline) {
      if (active.has(requestId)) owed.set(requestId, { replyTo, deadline });
    },
    async overdue() {
      const now = Date.now();
      const due = [...owed]
        .filter(([, { deadline }]) => deadline <= now)
        .sort(([, a], [, b]) => a.deadline - b.deadline);
      return due.slice(0, MOST_OVERDUE).map(([id, { replyTo }]): Overdue => ({ id, replyTo }));
    },
    async stage(requestId) {
      return answered.has(requestId) ? 'answered' : active.get(requestId)?.stage;
    },
    async release(_userId, requestId) {
      active.delete(requestId);
      owed.delete(requestId);
      if (answered.has(requestId)) return false;
      answered.set(requestId, Date.now() + REMEMBER_MS);
      return true;
    },
    async forget(_userId, requestId) {
      active.delete(requestId);
      owed.delete(requestId);
    },
    async total() {
      return takenSlots().length;
    },
  };
}
