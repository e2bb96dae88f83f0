package run

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// checkpoints implements crawl.Checkpoints. It saves the checkpoint log of a run: the latest snapshot of the engine as part
// 0, and the entries after it as parts 1, 2 and so on. Each part begins with the time of
// its snapshot in nanoseconds (8 bytes, big endian), so that parts that are left over from
// an earlier snapshot are not read.
type checkpoints struct {
	storage    storage
	pages      *pageLog
	snapshotAt uint64
	entries    int // parts after the snapshot
}

var _ crawl.Checkpoints = (*checkpoints)(nil)

// Save implements crawl.Checkpoints. It first writes the pending outcomes of URLs, if there
// are many.
func (c *checkpoints) Save(ctx context.Context, entry []byte, snapshot bool) error {
	if err := c.pages.flush(ctx, c.storage.store, c.storage.fence, false); err != nil {
		return err
	}
	if snapshot {
		c.snapshotAt = uint64(time.Now().UnixNano())
		c.entries = 0
	} else {
		c.entries++
	}
	part := binary.BigEndian.AppendUint64(nil, c.snapshotAt)
	part = append(part, s2.Encode(nil, entry)...)
	if err := c.storage.store.PutCheckpoint(ctx, c.storage.fence, store.CheckpointKey(c.storage.runID, c.entries), part); err != nil {
		return fmt.Errorf("save part %d of the checkpoint of run %s: %w", c.entries, c.storage.runID, err)
	}
	return nil
}

// delete deletes the checkpoint of the run, including parts that earlier workers left.
func (c *checkpoints) delete(ctx context.Context) error {
	if err := c.storage.store.DeleteCheckpoints(ctx, c.storage.fence, c.storage.runID); err != nil {
		return fmt.Errorf("delete the checkpoint of run %s: %w", c.storage.runID, err)
	}
	return nil
}

// readCheckpoint returns the entries of a run's checkpoint in order, none for a new run.
func readCheckpoint(ctx context.Context, s store.Runs, runID string) ([][]byte, error) {
	var entries [][]byte
	var snapshotAt uint64
	for n := 0; ; n++ {
		part, err := s.GetCheckpoint(ctx, store.CheckpointKey(runID, n))
		if errors.Is(err, store.ErrNotFound) {
			return entries, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read part %d of the checkpoint of run %s: %w", n, runID, err)
		}
		if len(part) < 8 {
			return nil, fmt.Errorf("read part %d of the checkpoint of run %s: %d bytes are too few", n, runID, len(part))
		}
		at := binary.BigEndian.Uint64(part)
		if n == 0 {
			snapshotAt = at
		} else if at != snapshotAt {
			return entries, nil
		}
		entry, err := s2.Decode(nil, part[8:])
		if err != nil {
			return nil, fmt.Errorf("read part %d of the checkpoint of run %s: %w", n, runID, err)
		}
		entries = append(entries, entry)
	}
}
