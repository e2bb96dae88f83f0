package main

import (
	"archive/tar"
	"archive/zip"
	"compress/flate"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// archive packs folder, with its name as the first part of each path, into a .tar.gz, .tar or .zip file.
// All files get the time date and belong to root.
func archive(name, folder string, date time.Time) error {
	files, err := filesBelow(folder)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("create an archive: %w", err)
	}
	prefix := filepath.Base(folder)
	switch {
	case strings.HasSuffix(name, ".zip"):
		err = writeZip(f, folder, prefix, files, date)
	case strings.HasSuffix(name, ".tar.gz"):
		// BestCompression saves a few percent of what users download.
		compressed, _ := gzip.NewWriterLevel(f, gzip.BestCompression)
		if err = writeTar(compressed, folder, prefix, files, date); err == nil {
			err = compressed.Close()
		}
	case strings.HasSuffix(name, ".tar"):
		err = writeTar(f, folder, "", files, date)
	default:
		err = fmt.Errorf("unknown kind of archive: %s", name)
	}
	if err != nil {
		_ = f.Close()
		return fmt.Errorf("write %s: %w", name, err)
	}
	return f.Close()
}

// filesBelow returns the paths of the regular files below folder, relative to it, sorted.
func filesBelow(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		files = append(files, filepath.ToSlash(relative))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list the files of an archive: %w", err)
	}
	return files, nil
}

// mode returns the mode of an archived file: whether its owner may execute it decides.
func mode(info fs.FileInfo) fs.FileMode {
	if info.Mode()&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

func writeTar(w io.Writer, folder, prefix string, files []string, date time.Time) error {
	t := tar.NewWriter(w)
	for _, name := range files {
		err := copyFile(filepath.Join(folder, name), func(info fs.FileInfo) (io.Writer, error) {
			return t, t.WriteHeader(&tar.Header{
				Name: filepath.ToSlash(filepath.Join(prefix, name)), Size: info.Size(), Mode: int64(mode(info)), ModTime: date, Format: tar.FormatUSTAR,
			})
		})
		if err != nil {
			return err
		}
	}
	return t.Close()
}

func writeZip(w io.Writer, folder, prefix string, files []string, date time.Time) error {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, name := range files {
		err := copyFile(filepath.Join(folder, name), func(info fs.FileInfo) (io.Writer, error) {
			h := &zip.FileHeader{Name: filepath.ToSlash(filepath.Join(prefix, name)), Method: zip.Deflate, Modified: date}
			h.SetMode(mode(info))
			return z.CreateHeader(h)
		})
		if err != nil {
			return err
		}
	}
	return z.Close()
}

// copyFile copies the file at path to the writer that begin returns.
func copyFile(path string, begin func(fs.FileInfo) (io.Writer, error)) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	w, err := begin(info)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
