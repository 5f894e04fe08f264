;;; mx2lm.el --- Objects whose identities are true, through Eglot -*- lexical-binding: t -*-

;; Package-Requires: ((emacs "28.1") (eglot "1.9"))
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Registers the language server mx2lm-lsp with Eglot for JSON, SVG, XML, TOML, KHL and PowerShell.
;; `M-x eglot' starts it in a buffer; add `eglot-ensure' to the mode hooks to have it always.
;; `M-x mx2lm-show' shows what the server makes of a file: the scores of a profile, the fields of a pack,
;; a drawing in canonical form.

;;; Code:

(require 'eglot)
(require 'url-util)

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

;; Pages: read-only texts that the server makes of a file. It tells when one is out of date.

(defvar-local mx2lm--page nil
  "The server and the URI of the page in this buffer.")

(define-derived-mode mx2lm-page-mode special-mode "mx2lm"
  "What the language server shows of a file."
  (setq truncate-lines t)
  (setq-local revert-buffer-function (lambda (&rest _) (apply #'mx2lm--fill mx2lm--page)))
  (add-hook 'kill-buffer-hook #'mx2lm--leave nil t))

(defun mx2lm--fill (server uri)
  "Put the text of the page URI of SERVER into this buffer, and return it."
  (let ((text (jsonrpc-request server :mx2lm/content (list :uri uri)))
        (inhibit-read-only t)
        (line (line-number-at-pos)))
    (erase-buffer)
    (insert text)
    (goto-char (point-min))
    (forward-line (1- line))
    text))

(defun mx2lm--leave ()
  "Tell the server that nobody looks at the page of this buffer any more."
  (pcase mx2lm--page
    (`(,server ,uri)
     (when (jsonrpc-running-p server)
       (jsonrpc-notify server :textDocument/didClose `(:textDocument (:uri ,uri)))))))

(cl-defmethod eglot-handle-notification (server (_method (eql 'mx2lm/contentChanged)) &key uri &allow-other-keys)
  "Bring the page URI of SERVER up to date."
  (dolist (buffer (buffer-list))
    (with-current-buffer buffer
      (when (equal mx2lm--page (list server uri))
        ;; not from within the message: the new text is another question to the server
        (run-at-time 0 nil (lambda () (when (buffer-live-p buffer) (with-current-buffer buffer (mx2lm--fill server uri)))))))))

(defun mx2lm-show (file)
  "Show FILE as the server can: the scores of a profile, say, or the fields of a pack.
The page follows what is typed and not saved.
With a prefix argument ask which file."
  (interactive
   (list (if (and buffer-file-name (not current-prefix-arg)) buffer-file-name (read-file-name "Show file: " nil nil t))))
  (let* ((server (or (eglot-current-server) (user-error "No server is attached to this buffer: type M-x eglot first")))
         (path (mapconcat #'url-hexify-string (split-string (expand-file-name file) "/") "/"))
         (offers (append (jsonrpc-request server :mx2lm/views (list :uri (concat "file://" path))) nil))
         (titles (mapcar (lambda (offer) (plist-get offer :title)) offers))
         (title (pcase titles
                  ('nil (user-error "The server has no other view of this file"))
                  (`(,only) only)
                  (_ (completing-read "Show this file as: " titles nil t nil nil (car titles)))))
         (uri (plist-get (nth (seq-position titles title) offers) :uri))
         (buffer (get-buffer-create (format "*mx2lm: %s, %s*" title (file-name-nondirectory file)))))
    (with-current-buffer buffer
      (unless (equal mx2lm--page (list server uri))
        (mx2lm--leave)
        (mx2lm-page-mode)
        (setq mx2lm--page (list server uri))
        (jsonrpc-notify server :textDocument/didOpen
                        `(:textDocument (:uri ,uri :languageId "plaintext" :version 0 :text ,(mx2lm--fill server uri))))))
    (display-buffer buffer)))

(provide 'mx2lm)
;;; mx2lm.el ends here
