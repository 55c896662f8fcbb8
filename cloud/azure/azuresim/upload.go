package azuresim

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

const (
	maxCertificateBytes = 32 << 10
	minKeyBits          = 2048
	maxKeyBits          = 8192
)

const privateKeyAdvice = "This holds a private key. Never upload one anywhere: " +
	"choose the file with the public certificate only, which ends in .cer, .crt or .pem."

// parseCertificate reads what a person uploads: DER, PEM, or base64 without the
// BEGIN and END lines. It refuses private keys and keys that Azure cannot use.
func parseCertificate(data []byte) (*x509.Certificate, error) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return nil, refuse("Choose a certificate file; this one is empty.")
	case len(data) > maxCertificateBytes:
		return nil, refuse("This file is larger than 32 KB. A certificate has only a few kilobytes.")
	}
	der, err := certificateDER(data)
	if err != nil {
		return nil, err
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, refuseDER(der)
	}
	public, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, refuse("The key of this certificate isn't RSA. Azure accepts only RSA keys for applications.")
	}
	if bits := public.N.BitLen(); bits < minKeyBits || bits > maxKeyBits {
		return nil, refuse("The RSA key of this certificate has %d bits. Azure takes %d to %d.", bits, minKeyBits, maxKeyBits)
	}
	return c, nil
}

// certificateDER takes the wrapping off.
func certificateDER(data []byte) ([]byte, error) {
	if data[0] == 0x30 { // an ASN.1 sequence
		return data, nil
	}
	if bytes.Contains(data, []byte("PRIVATE KEY")) {
		return nil, refuse(privateKeyAdvice)
	}
	if bytes.Contains(data, []byte("-----BEGIN")) {
		block, rest := pem.Decode(data)
		switch {
		case block == nil:
			return nil, refuse("The text between the BEGIN and END lines is damaged. Download the certificate again.")
		case block.Type != "CERTIFICATE":
			return nil, refuse("This is a PEM file, but not a certificate. Choose the file that contains BEGIN CERTIFICATE.")
		case bytes.Contains(rest, []byte("-----BEGIN")):
			return nil, refuse("This file contains several certificates. Upload only the certificate of the account.")
		}
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
	if err != nil || len(der) == 0 {
		return nil, refuse("This isn't a certificate. Choose the .cer, .crt or .pem file that you downloaded.")
	}
	return der, nil
}

// refuseDER says what DER that is no certificate looks like.
func refuseDER(der []byte) error {
	if _, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		return refuse(privateKeyAdvice)
	}
	if _, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return refuse(privateKeyAdvice)
	}
	if _, err := x509.ParseECPrivateKey(der); err == nil {
		return refuse(privateKeyAdvice)
	}
	if looksLikePKCS12(der) {
		return refuse("This looks like a .pfx file, which carries the private key. " +
			"Choose the file with the public certificate only, which ends in .cer, .crt or .pem.")
	}
	return refuse("This file is not a certificate, or it is damaged. Download the certificate again.")
}

// looksLikePKCS12 knows the start of a PFX: a sequence whose first element is
// the integer 3, its version.
func looksLikePKCS12(der []byte) bool {
	if len(der) < 2 || der[0] != 0x30 {
		return false
	}
	content := der[2:]
	if der[1] >= 0x80 { // the length takes some more bytes
		n := int(der[1] & 0x7f)
		if n > len(content) {
			return false
		}
		content = content[n:]
	}
	return bytes.HasPrefix(content, []byte{0x02, 0x01, 0x03})
}
