package mongo

import (
	"context"

	"github.com/clausea/crawler/internal/store"
)

// dumpAll returns the dump of a collection with one family. entry returns the key and the entry of
// a record.
func dumpAll[R any](collection string, entry func(R) (string, store.ArchiveEntry)) func(context.Context, *snapshotRead, func(store.ArchiveEntry) error) error {
	return func(ctx context.Context, r *snapshotRead, put func(store.ArchiveEntry) error) error {
		after := ""
		for {
			rows, err := readAfter[R](ctx, r, collection, nil, after, pageLimit)
			if err != nil {
				return err
			}
			for _, row := range rows {
				key, e := entry(row)
				if err := put(e); err != nil {
					return err
				}
				after = key
			}
			if len(rows) < pageLimit {
				return nil
			}
		}
	}
}

func webhookEntry(row webhook) (string, store.ArchiveEntry) {
	rec := &store.ArchivedWebhook{Webhook: row.toStore(), SecretTexts: row.Secrets}
	return row.Key, store.ArchiveEntry{Family: store.ArchiveWebhooks, Record: rec}
}

func deliveryEntry(row delivery) (string, store.ArchiveEntry) {
	return row.Key, store.ArchiveEntry{Family: store.ArchiveDeliveries, Record: &row.Delivery}
}

func reviewEntry(row review) (string, store.ArchiveEntry) {
	return row.Key, store.ArchiveEntry{Family: store.ArchiveReviews, Record: &row.Review}
}

func apiKeyEntry(row apiKey) (string, store.ArchiveEntry) {
	return row.Key, store.ArchiveEntry{Family: store.ArchiveAPIKeys, Record: &row.APIKey}
}

func auditEntryEntry(row auditEntry) (string, store.ArchiveEntry) {
	return row.Key, store.ArchiveEntry{Family: store.ArchiveAudit, Record: &row.AuditEntry}
}
