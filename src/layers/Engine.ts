/**
 * The engine without sockets: everything a command needs, put together. A server adds listeners to it, an embedder calls it.
 */
import * as Layer from "effect/Layer"
import type { Command } from "../services/CommandTable.ts"
import * as AccessTracking from "./AccessTracking.ts"
import * as ActiveExpiry from "./ActiveExpiry.ts"
import * as AppendOnlyFileParts from "./AppendOnlyFileParts.ts"
import * as BlockedClients from "./BlockedClients.ts"
import * as ClientsMemory from "./ClientsMemory.ts"
import * as CommandClockEffect from "./CommandClockEffect.ts"
import * as CommandTableBuiltIn from "./CommandTableBuiltIn.ts"
import * as Dispatcher from "./Dispatcher.ts"
import * as Eviction from "./Eviction.ts"
import * as HostProcess from "./HostProcess.ts"
import * as KeyspaceMemory from "./KeyspaceMemory.ts"
import * as LifecycleProcess from "./LifecycleProcess.ts"
import * as MemoryCounted from "./MemoryCounted.ts"
import * as PeerConnectionsTcp from "./PeerConnectionsTcp.ts"
import * as PersistenceStateMemory from "./PersistenceStateMemory.ts"
import * as PropagationUnits from "./PropagationUnits.ts"
import * as RdbLoader from "./RdbLoader.ts"
import * as ServerStatsMemory from "./ServerStatsMemory.ts"
import * as SnapshotFiles from "./SnapshotFiles.ts"
import * as SnapshotsRdb from "./SnapshotsRdb.ts"
import * as TelemetrySpans from "./TelemetrySpans.ts"

/** An engine with these commands; of two with the same name the later one counts. It needs the configuration, and nothing else. */
export const layer = (commands: ReadonlyArray<Command>) =>
  Dispatcher.layer.pipe(
    Layer.provideMerge(Layer.mergeAll(AppendOnlyFileParts.layer, SnapshotsRdb.layer)),
    Layer.provideMerge(Layer.mergeAll(RdbLoader.layer, SnapshotFiles.layer)),
    Layer.provideMerge(
      Layer.mergeAll(ActiveExpiry.layer, BlockedClients.layer, MemoryCounted.layer, ServerStatsMemory.layerRates)
    ),
    Layer.provideMerge(Eviction.layer),
    Layer.provideMerge(KeyspaceMemory.layer),
    Layer.provideMerge(Layer.mergeAll(
      AccessTracking.layer,
      ClientsMemory.layer,
      CommandTableBuiltIn.layer(commands),
      HostProcess.layer,
      LifecycleProcess.layer,
      PersistenceStateMemory.layer,
      PeerConnectionsTcp.layer,
      PropagationUnits.layer,
      ServerStatsMemory.layer,
      TelemetrySpans.layer
    )),
    Layer.provideMerge(CommandClockEffect.layer)
  )
