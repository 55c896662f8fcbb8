package review

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mooring/audit"
)

// Summary is what a pack that holds says about itself.
type Summary struct {
	ReviewID, Review string
	ClosedAt         time.Time
	ClosedBy         string
	Total, Decided   int
	AuditEntry       int64  // that closed the review
	AuditDigest      string // of that entry
	Key              string // fingerprint of what signed it
	Proved           bool   // the key is one of those that were given: it is known who made the pack
	Files            []string
}

// PackError says why a pack does not hold. It is meant for whoever checks it.
type PackError struct{ Sentence string }

func (e PackError) Error() string { return e.Sentence }

func packErrorf(format string, args ...any) error { return PackError{fmt.Sprintf(format, args...)} }

// The most that is read of the files that are held in memory.
const largestManifest = 1 << 20

// VerifyEvidence checks a pack without anything else: its files, their
// digests, the signature, and that there is not a byte more. With keys it also
// proves whose Mooring made it; without, it says only that the pack is whole.
func VerifyEvidence(r io.ReaderAt, size int64, keys []audit.PublicKey) (Summary, error) {
	files, err := openPack(r, size)
	if err != nil {
		return Summary{}, err
	}
	m, text, err := readManifest(files)
	if err != nil {
		return Summary{}, err
	}
	proved, err := checkSignature(files[fileSignature], m, text, keys)
	if err != nil {
		return Summary{}, err
	}
	if err := checkDigests(files, m); err != nil {
		return Summary{}, err
	}
	if err := checkLayout(r, size, files, m.MadeAt); err != nil {
		return Summary{}, err
	}
	return Summary{ReviewID: m.Review.ID, Review: m.Review.Name, ClosedAt: m.Review.ClosedAt, ClosedBy: m.Review.ClosedBy,
		Total: m.Review.Total, Decided: m.Review.Decided, AuditEntry: m.AuditLog.Entry, AuditDigest: m.AuditLog.Digest,
		Key: m.Key, Proved: proved, Files: packFiles}, nil
}

// openPack finds exactly the five files.
func openPack(r io.ReaderAt, size int64) (map[string]*zip.File, error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, packErrorf("It is not a ZIP file, or it was cut off.")
	}
	files := map[string]*zip.File{}
	for _, f := range archive.File {
		switch {
		case !slices.Contains(packFiles, f.Name):
			return nil, packErrorf("It contains a file %q that does not belong to it.", f.Name)
		case files[f.Name] != nil:
			return nil, packErrorf("It contains %s twice.", f.Name)
		}
		files[f.Name] = f
	}
	for _, name := range packFiles {
		if files[name] == nil {
			return nil, packErrorf("%s is missing.", name)
		}
	}
	return files, nil
}

func readSmall(f *zip.File) ([]byte, error) {
	content, err := f.Open()
	if err != nil {
		return nil, packErrorf("%s can't be read.", f.Name)
	}
	defer func() { _ = content.Close() }()
	text, err := io.ReadAll(io.LimitReader(content, largestManifest+1))
	switch {
	case len(text) > largestManifest:
		return nil, packErrorf("%s is too large.", f.Name)
	case errors.Is(err, zip.ErrChecksum):
		return nil, packErrorf("%s was changed.", f.Name)
	case err != nil:
		return nil, packErrorf("%s can't be read.", f.Name)
	}
	return text, nil
}

// strictly reads JSON in the one spelling that the program writes: nobody can
// say a thing twice, or something that is not looked at.
func strictly(text []byte, into any) bool {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if decoder.Decode(into) != nil {
		return false
	}
	again, err := spelled(into)
	return err == nil && again == string(text)
}

func readManifest(files map[string]*zip.File) (m manifest, text []byte, err error) {
	text, err = readSmall(files[fileManifest])
	if err != nil {
		return m, nil, err
	}
	if !strictly(text, &m) || m.What != whatItIs {
		return m, nil, packErrorf("%s does not have the format that Mooring writes.", fileManifest)
	}
	if evidenceFormats[m.Format] == nil {
		return m, nil, packErrorf("It has format %d, but this Mooring supports formats 1 to %d. Check it with the Mooring that created it.", m.Format, evidenceFormat)
	}
	if len(m.Files) != len(digested) {
		return m, nil, packErrorf("%s doesn't list the files of a pack.", fileManifest)
	}
	for i, name := range digested {
		if m.Files[i].Name != name {
			return m, nil, packErrorf("%s doesn't list the files of a pack.", fileManifest)
		}
	}
	return m, text, nil
}

// checkSignature reports whether one of the keys signed the manifest. Without
// keys it takes the one that stands beside the signature.
func checkSignature(file *zip.File, m manifest, signedText []byte, keys []audit.PublicKey) (proved bool, err error) {
	text, err := readSmall(file)
	if err != nil {
		return false, err
	}
	var sig manifestSignature
	if !strictly(text, &sig) || sig.Purpose != evidencePurpose {
		return false, packErrorf("%s does not have the format that Mooring writes.", fileSignature)
	}
	public, keyErr := base64.StdEncoding.DecodeString(sig.PublicKey)
	signature, sigErr := base64.StdEncoding.DecodeString(sig.Signature)
	own := audit.PublicKey(public)
	if keyErr != nil || sigErr != nil || len(public) != ed25519.PublicKeySize || own.Fingerprint() != sig.Key || sig.Key != m.Key {
		return false, packErrorf("%s and %s don't name the same key.", fileSignature, fileManifest)
	}
	trusted := []audit.PublicKey{own}
	if len(keys) > 0 {
		vouches, err := readVouches(sig.Vouches)
		if err != nil {
			return false, err
		}
		if trusted = audit.Trust(keys, vouches); !slices.ContainsFunc(trusted, func(k audit.PublicKey) bool { return k.Fingerprint() == sig.Key }) {
			return false, packErrorf("It was signed with the key %s, which is not one of the keys that you specified.", sig.Key)
		}
	}
	if audit.VerifySignature(trusted, evidencePurpose, signedText, audit.Signature{Key: sig.Key, Bytes: signature}) != nil {
		return false, packErrorf("%s is not the signature of this %s.", fileSignature, fileManifest)
	}
	return len(keys) > 0, nil
}

func readVouches(kept []keptVouch) ([]audit.Vouch, error) {
	vouches := make([]audit.Vouch, len(kept))
	for i, v := range kept {
		public, keyErr := base64.StdEncoding.DecodeString(v.For)
		signature, sigErr := base64.StdEncoding.DecodeString(v.Signature)
		if keyErr != nil || sigErr != nil || len(public) != ed25519.PublicKeySize {
			return nil, packErrorf("%s does not have the format that Mooring writes.", fileSignature)
		}
		vouches[i] = audit.Vouch{For: public, Signature: audit.Signature{Key: v.Key, Bytes: signature}}
	}
	return vouches, nil
}

// checkDigests names every file that is not the one that was signed.
func checkDigests(files map[string]*zip.File, m manifest) error {
	var changed []string
	for _, want := range m.Files {
		content, err := files[want.Name].Open()
		if err != nil {
			return packErrorf("%s can't be read.", want.Name)
		}
		got := newMeter(io.Discard)
		_, err = io.Copy(got, io.LimitReader(content, want.Size+1)) // never more than was signed, whatever it unpacks to
		_ = content.Close()
		if err != nil || got.size != want.Size || got.digest() != want.SHA256 {
			changed = append(changed, want.Name)
		}
	}
	switch {
	case len(changed) == len(m.Files):
		return packErrorf("%s belongs to another pack: it does not match any of the files here.", fileManifest)
	case len(changed) > 0:
		return packErrorf("%s was changed after signing.", strings.Join(changed, " and "))
	}
	return nil
}

// checkLayout writes everything but the contents anew and compares it, so that
// nothing is hidden between the files, before or behind them.
func checkLayout(r io.ReaderAt, size int64, files map[string]*zip.File, at time.Time) error {
	layout := packErrorf("The ZIP file contains bytes outside the five files, so other programs may find something else in it.")
	var entries []zipEntry
	offset, spelledAt := int64(0), dosTime(at)
	for _, name := range packFiles {
		f := files[name]
		e := zipEntry{name: name, size: int64(f.UncompressedSize64), offset: offset, crc: f.CRC32}
		local := e.local(spelledAt)
		start, err := f.DataOffset()
		if err != nil || f.Method != zip.Store || start != offset+int64(len(local)) || !holds(r, offset, local) {
			return layout
		}
		offset = start + e.size
		entries = append(entries, e)
	}
	end := directory(entries, spelledAt, offset)
	if offset+int64(len(end)) != size || !holds(r, offset, end) {
		return layout
	}
	return nil
}

func holds(r io.ReaderAt, offset int64, want []byte) bool {
	got := make([]byte, len(want))
	n, _ := r.ReadAt(got, offset)
	return n == len(want) && bytes.Equal(got, want)
}
