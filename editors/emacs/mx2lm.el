;;; mx2lm.el --- Objects whose identities are true, through Eglot -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Registers the language server mx2lm-lsp with Eglot for JSON, SVG, XML, TOML, KHL and PowerShell.
;; `M-x eglot' starts it in a buffer; add `eglot-ensure' to the mode hooks to have it always.

;;; Code:

(require 'eglot)

(defgroup mx2lm nil
  "Checks objects that name each other by id and SHA-256."
  :group 'tools)

(defcustom mx2lm-server-command '("mx2lm-lsp" "--stdio")
  "Program and arguments of the language server."
  :type '(repeat string))

;; before Emacs 29 JSON has no mode of its own, and js-mode is other files' too
(if (fboundp 'js-json-mode)
    (defalias 'mx2lm-json-mode #'js-json-mode)
  (define-derived-mode mx2lm-json-mode js-mode "JSON"
    "JSON, apart from JavaScript.")
  (add-to-list 'auto-mode-alist '("\\.json\\'" . mx2lm-json-mode)))

(define-derived-mode mx2lm-khl-mode prog-mode "KHL"
  "Plain mode for KHL, so that the server can be attached to it.")

(add-to-list 'auto-mode-alist '("\\.khl\\'" . mx2lm-khl-mode))
;; without this Emacs shows a drawing, and the server never sees its text
(add-to-list 'auto-mode-alist '("\\.svg\\'" . nxml-mode))

(defun mx2lm--command (&optional _interactive)
  "The command of the server, read when it is started."
  mx2lm-server-command)

(add-to-list 'eglot-server-programs
             (cons '((mx2lm-json-mode :language-id "json")
                     (js-json-mode :language-id "json")
                     (json-ts-mode :language-id "json")
                     (conf-toml-mode :language-id "toml")
                     (toml-ts-mode :language-id "toml")
                     (nxml-mode :language-id "xml")
                     (mx2lm-khl-mode :language-id "khl")
                     (powershell-mode :language-id "powershell"))
                   #'mx2lm--command))

(provide 'mx2lm)
;;; mx2lm.el ends here
