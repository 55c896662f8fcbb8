package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mooring/account"
	"mooring/audit"
	"mooring/certificate"
	"mooring/secret"
)

// sealOld seals as a Mooring did before seals were bound, with the current key of a
// key file. It is written from the format, not from the code.
func sealOld(t *testing.T, keyFile string, place secret.Place, value []byte) []byte {
	t.Helper()
	text, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	idText, keyText, _ := strings.Cut(strings.Split(string(text), "\n")[1], " ")
	id, idErr := hex.DecodeString(idText)
	key, keyErr := base64.StdEncoding.DecodeString(keyText)
	if idErr != nil || keyErr != nil {
		t.Fatal(idErr, keyErr)
	}
	sealed := append([]byte{1}, id...)
	bound := append([]byte(nil), sealed...)
	for _, part := range []string{place.Table, place.Row, place.Column} {
		bound = append(binary.BigEndian.AppendUint32(bound, uint32(len(part))), part...)
	}
	dataKey := make([]byte, 32)
	_, _ = rand.Read(dataKey)
	for _, layer := range []struct{ key, value []byte }{{key, dataKey}, {dataKey, value}} {
		block, err := aes.NewCipher(layer.key)
		if err != nil {
			t.Fatal(err)
		}
		gcm, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			t.Fatal(err)
		}
		sealed = gcm.Seal(sealed, nil, layer.value, bound)
	}
	return sealed
}

// sealOldWith is sealOld with a ring that is in no file yet.
func sealOldWith(t *testing.T, ring *secret.Ring, place secret.Place, value []byte) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "mooring.key")
	if err := ring.CreateFile(file); err != nil {
		t.Fatal(err)
	}
	return sealOld(t, file, place, value)
}

// change runs statements on a database that nobody has open.
func change(t *testing.T, d dataFolder, statement string, args ...any) {
	t.Helper()
	file, err := sql.Open("sqlite", d.database())
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// TestSealsOfBeforeAreBoundAtTheStart has a database of an earlier Mooring, with a
// certificate whose key and a check that are sealed in version 1.
func TestSealsOfBeforeAreBoundAtTheStart(t *testing.T) {
	d, ctx := dataFolder{folder: t.TempDir()}, t.Context()
	database, _, _, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	own := account.Account{ID: "account-ada", Name: "ada", Kind: account.Personal, CreatedAt: time.Now()}
	entry := audit.Entry{At: time.Now(), Actor: audit.BySystem(), Action: audit.MakeAccount, Result: audit.Done}
	if err := database.Accounts().AddPerson(ctx, account.NewPerson{Person: account.Person{ID: "person-ada", Email: "ada@example.com", Name: "Ada",
		Theme: account.System, DefaultAccountID: own.ID, CreatedAt: time.Now()}, Password: "none",
		Joins: []account.Membership{{Account: own, Role: account.Owner}}}, entry); err != nil {
		t.Fatal(err)
	}
	c := certificate.Certificate{ID: "c-1", AccountID: own.ID, DER: []byte("the certificate"), NotBefore: time.Now(), NotAfter: time.Now(), CreatedAt: time.Now()}
	if err := database.Certificates().Activate(ctx, certificate.Sealed{Certificate: c, Key: sealOld(t, d.keys(), certificate.Place(c), []byte("the key"))}, entry); err != nil {
		t.Fatal(err)
	}
	if err := database.SetKeyCheck(ctx, sealOld(t, d.keys(), checkPlace, []byte(unboundValue))); err != nil {
		t.Fatal(err)
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}

	key := func() (string, error) {
		database, ring, _, err := d.open(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer database.Close()
		stored, err := database.Certificates().Sealed(ctx, own.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		plain, err := ring.Open(certificate.Place(stored.Certificate), stored.Key)
		return string(plain), err
	}
	for range 2 {
		if got, err := key(); err != nil || got != "the key" {
			t.Fatalf("the key opens as %q, %v", got, err)
		}
	}

	// From now on version 1 is refused: a row that somebody puts back doesn't open.
	change(t, d, `UPDATE certificates SET sealed_key = ?`, sealOld(t, d.keys(), certificate.Place(c), []byte("the key")))
	if got, err := key(); err == nil {
		t.Errorf("a key of version 1 opens as %q", got)
	}
}

// TestADamagedKeyDoesNotStopTheUpgrade has one certificate whose key never opened.
func TestADamagedKeyDoesNotStopTheUpgrade(t *testing.T) {
	d, ctx := dataFolder{folder: t.TempDir()}, t.Context()
	database, _, _, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if err := database.SetKeyCheck(ctx, sealOld(t, d.keys(), checkPlace, []byte(unboundValue))); err != nil {
		t.Fatal(err)
	}
	if err := database.Close(); err != nil {
		t.Fatal(err)
	}
	change(t, d, `INSERT INTO accounts (id, name, kind, created_at) VALUES ('a', 'a', 'personal', 1)`)
	change(t, d, `INSERT INTO certificates (id, account_id, active, der, sha1, sealed_key, not_before, not_after, created_at)
		VALUES ('c', 'a', 1, x'01', 'aa', x'02', 1, 2, 3)`)
	database, ring, _, err := d.open(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer database.Close()
	stored, err := database.Certificates().Sealed(ctx, "a", "c")
	if err != nil || len(stored.Key) != 1 {
		t.Errorf("its key is %x, %v", stored.Key, err)
	}
	sealed, _, err := database.KeyCheck(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if value, err := ring.Open(checkPlace, sealed); err != nil || string(value) != checkValue {
		t.Errorf("the check is %q, %v", value, err)
	}
}
