package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/clausea/crawler/internal/backup"
	"github.com/clausea/crawler/internal/settings"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func newBackup(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write all records of the store to a file",
		Long: `Write all records of the store to a file, which clausea restore reads. - writes to standard
output. Crawls can run meanwhile, and a standalone process can have the embedded store open.
docs/backup.md describes the contents and the format.`,
		Example: `  clausea backup clausea-2026-01-31.backup
  clausea backup - | ssh backup.example.com 'cat > clausea.backup'`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.backup(cmd, args[0])
		},
	}
	return a.withSettings(cmd, settings.CommandBackup)
}

// backupSecrets warns about the contents of a backup.
const backupSecrets = "It contains everything that the store contains, including secrets: protect it as you protect the store."

func (a *app) backup(cmd *cobra.Command, file string) error {
	ctx := cmd.Context()
	s, stop, err := openDumper(ctx, a.values)
	if err != nil {
		return err
	}
	defer stop()
	var res backup.Result
	report := cmd.OutOrStdout()
	if file == "-" {
		report = cmd.ErrOrStderr()
		res, err = backup.Write(ctx, s, cmd.OutOrStdout(), buildVersion())
		file = "the backup"
	} else {
		res, err = backup.WriteFile(ctx, s, file, buildVersion())
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(report, "Wrote %s: %s; %s.\n%s\n", file, formatRecords(res.Manifest), formatBytes(res.Bytes), backupSecrets)
	return err
}

// openDumper opens the store for a backup. It opens the embedded store read-only, because another
// process may own it. Like openForReading, it returns errNoStore or errOldSchema instead of
// creating or migrating a store.
func openDumper(ctx context.Context, v *settings.Values) (s store.Dumper, stop func(), err error) {
	if folder := embeddedFolder(v); folder != "" {
		if err := checkStoreExists(folder); err != nil {
			return nil, nil, err
		}
		s, pending, err := sqlite.OpenReadOnly(ctx, folder)
		if err != nil {
			return nil, nil, err
		}
		if err := oldSchemaError(pending); err != nil {
			_ = s.Close()
			return nil, nil, err
		}
		return s, func() { _ = s.Close() }, nil
	}
	m, pending, err := openUnchanged(ctx, v)
	if err == nil {
		err = oldSchemaError(pending)
	}
	if err != nil {
		closeStore(ctx, m)
		return nil, nil, err
	}
	return m, func() { closeStore(ctx, m) }, nil
}

func newRestore(a *app) *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Write the records of a backup to an empty store",
		Long: `Write the records of a backup to an empty store, which may be of another kind than the one
that was backed up. - reads standard input. The command validates the whole backup before it
writes. If it is interrupted, no other command accepts the store until it has run again. Stop all
processes that use the store before you restore it.`,
		Example: `  clausea restore clausea-2026-01-31.backup --dry-run
  clausea restore clausea-2026-01-31.backup --store ./restored`,
		Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.restore(cmd, args[0], dryRun)
		},
	}
	cmd.Flags().BoolVar(&dryRun, "dry-run", false, "validate the backup, check that the store is empty, and show what a restore writes, without writing")
	return a.withSettings(cmd, settings.CommandRestore)
}

func (a *app) restore(cmd *cobra.Command, file string, dryRun bool) error {
	ctx := cmd.Context()
	archive, err := openArchive(cmd.InOrStdin(), file)
	if err != nil {
		return err
	}
	defer func() { _ = archive.Close() }()
	res, err := archive.Validate(ctx)
	if err != nil {
		return err
	}
	content := fmt.Sprintf("%s, of %s", formatRecords(res.Manifest), res.Manifest.CreatedAt.Format("2006-01-02 15:04:05 MST"))
	if dryRun {
		if err := checkEmpty(ctx, a.values); err != nil {
			return err
		}
		_, err := fmt.Fprintf(cmd.OutOrStdout(), "The backup is valid. A restore writes %s.\n", content)
		return err
	}
	s, err := openToRestore(ctx, a.values)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close(context.WithoutCancel(ctx)) }()
	if err := archive.Restore(ctx, s); err != nil {
		return explainNotEmpty(err)
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "Restored %s.\n", content)
	return err
}

// explainNotEmpty adds what to do to an error that wraps store.ErrNotEmpty.
func explainNotEmpty(err error) error {
	if errors.Is(err, store.ErrNotEmpty) {
		return fmt.Errorf("%w: a backup is restored only into an empty store; set --store to a new folder or MONGODB_DATABASE to a new database", err)
	}
	return err
}

// checkEmpty returns an error if the store contains a record, so that a restore would fail. A store
// that does not exist, or whose restore did not end, is restored. It writes nothing.
func checkEmpty(ctx context.Context, v *settings.Values) error {
	s, stop, err := openDumper(ctx, v)
	if errors.Is(err, errNoStore) || errors.Is(err, store.ErrRestoring) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check whether the store is empty: %w", err)
	}
	defer stop()
	err = s.Dump(ctx, func(e store.ArchiveEntry) error {
		if e.Family == store.ArchiveFeed { // the position of an empty feed
			return nil
		}
		return fmt.Errorf("%w: it has a record of the family %s", store.ErrNotEmpty, e.Family.Name)
	})
	if err != nil {
		return explainNotEmpty(fmt.Errorf("check whether the store is empty: %w", err))
	}
	return nil
}

// openArchive opens a backup, which is in a file or, if its name is -, in stdin.
func openArchive(stdin io.Reader, file string) (*backup.Archive, error) {
	if file == "-" {
		return backup.OpenStream(stdin)
	}
	return backup.Open(file)
}

// restorableStore is a store that is open for a restore.
type restorableStore interface {
	store.Archiver
	Close(ctx context.Context) error
}

// openToRestore opens the store for a restore, and creates and migrates it.
func openToRestore(ctx context.Context, v *settings.Values) (restorableStore, error) {
	if folder := embeddedFolder(v); folder != "" {
		return sqlite.OpenToRestore(ctx, folder)
	}
	m, err := openMongo(ctx, storeURI(v), v.MongoDatabase, commandTimeout)
	if err != nil {
		return nil, err
	}
	if _, err := m.MigrateToRestore(ctx); err != nil {
		_ = m.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return m, nil
}

// formatRecords describes the numbers of records in a backup.
func formatRecords(m backup.Manifest) string {
	records := m.Records()
	var parts []string
	for _, f := range store.ArchiveFamilies {
		n := records[f.Name]
		if n == 0 || f.Section == store.SectionFeed { // the position of the feed is no record for people
			continue
		}
		var name strings.Builder
		for _, c := range f.Name { // runRequest becomes run request
			if unicode.IsUpper(c) {
				name.WriteByte(' ')
			}
			name.WriteRune(unicode.ToLower(c))
		}
		if n != 1 {
			name.WriteByte('s')
		}
		parts = append(parts, fmt.Sprint(n, " ", name.String()))
	}
	if len(parts) == 0 {
		return "no records"
	}
	return strings.Join(parts, ", ")
}

// formatBytes formats a size in decimal units.
func formatBytes(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprint(n, " bytes")
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}
