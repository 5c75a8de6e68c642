/**
 * queued: not started (needs not done, or waiting for a retry) · pending: in a queue for something exclusive (the commit lease, a concurrency group)
 * · waiting: for a person (a gate, an escalation) · in_progress: dispatched · completed.
 */
export type Status = 'queued' | 'pending' | 'waiting' | 'in_progress' | 'completed';

export type Conclusion = 'success' | 'failure' | 'cancelled' | 'skipped';
