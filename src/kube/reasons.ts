// Why a reflector lists everything, or opens its watch again: words of self-metrics and the log.

/** Why a full list starts: the reasons that `ReflectorObserver.relist` gets. */
export const relistReasons = {
  start: 'the first list',
  retry: 'the list before it failed',
  gone: 'the server no longer knows the last version (410)',
  'version-refused': 'the server has never known the last version, as after a restored backup',
  resharded: 'the shard of this process has changed',
  'namespaces-joined': 'other namespaces match --namespace-selector, whose objects were left out',
  unreadable: 'an event of the watch could not be read',
  drift: 'the stored objects were found to differ from those of the server',
  'server-misselected': 'the server did not select the objects of this shard as it was asked to',
} as const;

/** Why a watch is opened again: the reasons that `ReflectorObserver.watchRestart` gets. */
export const restartReasons = {
  closed: 'the server ended it in order',
  silence: 'neither event nor bookmark came for too long',
  refused: 'the server answered with an error, or in another form',
  reset: 'the connection broke, or could not be made',
} as const;

export type RelistReason = keyof typeof relistReasons;
export type RestartReason = keyof typeof restartReasons;
